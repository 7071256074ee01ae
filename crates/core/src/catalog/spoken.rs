//! How long something took, as a person would say it.

use super::Lang;

/// Below this many seconds a duration is told in seconds, to the next five.
const SECONDS_BELOW: f64 = 90.0;
/// From this many minutes on it is told in hours, to the next half.
const HOURS_FROM: f64 = 120.0;

/// A duration in words: "8 minutes" where it is just that, otherwise "about 2 minutes", "about 45 seconds", "about 2½ hours".
/// Chinese starts with a space before a digit, so that it stands in its sentence as numbers do.
pub(super) fn spoken(seconds: f64, lang: Lang) -> String {
    let seconds = seconds.max(0.0);
    let minutes = seconds / 60.0;
    let whole = is_whole(minutes) && minutes >= 0.5;
    if minutes >= HOURS_FROM {
        let halves = (minutes / 30.0).round();
        return amount(halves / 2.0, Unit::Hours, is_whole(minutes / 30.0), lang);
    }
    if whole || seconds >= SECONDS_BELOW {
        return amount(minutes.round(), Unit::Minutes, whole, lang);
    }
    if seconds < 2.5 {
        return match lang {
            Lang::En => "a few seconds".into(),
            Lang::Zh => "几秒钟".into(),
        };
    }
    amount((seconds / 5.0).round() * 5.0, Unit::Seconds, is_whole(seconds / 5.0), lang)
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
}

fn is_whole(number: f64) -> bool {
    (number - number.round()).abs() < 0.005
}

/// `number` is whole, or a half of hours.
fn amount(number: f64, unit: Unit, exact: bool, lang: Lang) -> String {
    let (whole, half) = (number.trunc(), number.fract() > 0.0);
    match lang {
        Lang::En => {
            let about = if exact { "" } else { "about " };
            let half = if half { "½" } else { "" };
            let name = match unit {
                Unit::Seconds => "second",
                Unit::Minutes => "minute",
                Unit::Hours => "hour",
            };
            let plural = if number == 1.0 { "" } else { "s" };
            format!("{about}{whole:.0}{half} {name}{plural}")
        }
        Lang::Zh => {
            let about = if exact { " " } else { "约 " };
            let name = match (unit, half) {
                (Unit::Seconds, _) => "秒",
                (Unit::Minutes, _) => "分钟",
                (Unit::Hours, false) => "小时",
                (Unit::Hours, true) => "个半小时",
            };
            format!("{about}{whole:.0} {name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_as_people_say_them() {
        let cases = [
            (0.0, "a few seconds", "几秒钟"),
            (1.0, "a few seconds", "几秒钟"),
            (3.0, "about 5 seconds", "约 5 秒"),
            (45.0, "45 seconds", " 45 秒"),
            (46.2, "about 45 seconds", "约 45 秒"),
            (60.0, "1 minute", " 1 分钟"),
            (61.0, "about 60 seconds", "约 60 秒"),
            (89.9, "about 90 seconds", "约 90 秒"),
            (90.0, "about 2 minutes", "约 2 分钟"),
            (96.0, "about 2 minutes", "约 2 分钟"),
            (8.0 * 60.0, "8 minutes", " 8 分钟"),
            (62.4 * 60.0, "about 62 minutes", "约 62 分钟"),
            (119.9 * 60.0, "about 120 minutes", "约 120 分钟"),
            (150.0 * 60.0, "2½ hours", " 2 个半小时"),
            (200.0 * 60.0, "about 3½ hours", "约 3 个半小时"),
            (9.0 * 3600.0, "9 hours", " 9 小时"),
        ];
        for (seconds, en, zh) in cases {
            assert_eq!((spoken(seconds, Lang::En), spoken(seconds, Lang::Zh)), (en.into(), zh.into()));
        }
    }
}
