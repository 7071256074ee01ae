//! Asterisk's `queue_log`: `epoch|call id|queue|agent|event|data…`, one event a line (Asterisk documentation, "Queue Logs").

/// What a line says of a call that came into a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered<'a> {
    /// Seconds since 1970.
    pub at: &'a str,
    /// The queue.
    pub queue: &'a str,
}

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Too few fields.
    #[error("a line of queue_log has at least five fields between |; is this file one?")]
    Short,
    /// No time.
    #[error("the first field is not seconds since 1970; is this file a queue_log?")]
    Time,
}

/// Reads a line: the call that entered a queue (`ENTERQUEUE`), or none where it says something else or is empty.
///
/// # Errors
/// When it is no line of a queue log.
pub fn read(line: &str) -> Result<Option<Entered<'_>>, LineError> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    let mut fields = line.split('|');
    let mut field = || fields.next().ok_or(LineError::Short);
    let (time, _call, queue, _agent, event) = (field()?, field()?, field()?, field()?, field()?);
    // Asterisk can be set to write fractions of a second.
    let at = time.split_once('.').map_or(time, |(seconds, _)| seconds);
    if at.is_empty() || at.len() > 11 || !at.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LineError::Time);
    }
    Ok((event == "ENTERQUEUE").then_some(Entered { at, queue }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_enter_a_queue_are_read() {
        let entered = "1772345100|1772345100.17|support|NONE|ENTERQUEUE||+49301234567|1";
        assert_eq!(read(entered), Ok(Some(Entered { at: "1772345100", queue: "support" })));
        let connected = "1772345107.250|1772345100.17|support|SIP/7|CONNECT|7|1772345105.18|2";
        assert_eq!(read(connected), Ok(None));
        assert_eq!(read("1772345107|NONE|NONE|NONE|QUEUESTART|\r\n"), Ok(None));
        assert_eq!(read(" \n"), Ok(None));
    }

    #[test]
    fn other_files_are_told() {
        assert_eq!(read("timestamp,calls"), Err(LineError::Short));
        assert_eq!(read("a|b|c|d|ENTERQUEUE|"), Err(LineError::Time));
    }
}
