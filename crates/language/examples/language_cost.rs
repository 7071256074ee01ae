//! What reading and redacting a turn costs: one JSON line with turns per CPU-second and the time to the first reading.

use std::io::Write;

use calmline_language::{redact, score};
use calmline_testing::cpu_seconds;

const TURNS: &[&str] = &[
    "hi there I ordered a kettle about two weeks ago and it still hasn't arrived, can you check what is going on please",
    "my name is Tom Baker and my number is five five five oh one nine two three four four",
    "this is the third time I am calling and nobody ever calls me back, it's ridiculous",
    "okay thank you so much you've been really helpful",
    "I want to speak to a supervisor right now",
    "喂你好我想查一下我上个月的话费为什么多扣了五十块钱",
    "我叫张伟手机号是幺三八零零一三八零零零你帮我看看订单到哪了",
    "你们这个服务太差了我等了一个多小时都没人接电话我要投诉",
    "好的谢谢你解决了麻烦你了",
    "地址是上海市浦东新区世纪大道100号3单元502室",
];

fn turns_per_cpu_s(mut read: impl FnMut(&str) -> usize) -> f64 {
    let before = cpu_seconds();
    let (mut turns, mut seen) = (0_usize, 0_usize);
    while cpu_seconds() - before < 1.0 {
        for turn in TURNS.iter().cycle().take(500) {
            seen += read(turn);
            turns += 1;
        }
    }
    std::hint::black_box(seen);
    turns as f64 / (cpu_seconds() - before)
}

fn main() -> std::io::Result<()> {
    let began = cpu_seconds();
    let read =
        |turn: &str| usize::from(score::sentiment(turn) + score::abuse(turn) + score::help(turn) > 0.0);
    for turn in TURNS {
        std::hint::black_box(read(turn) + redact(turn).originals.len());
    }
    let first_ms = (cpu_seconds() - began) * 1e3;
    let reading = turns_per_cpu_s(read);
    let redacting = turns_per_cpu_s(|turn| redact(turn).originals.len());
    let both = 1.0 / (1.0 / reading + 1.0 / redacting);
    writeln!(
        std::io::stdout(),
        "{{\"read_turns_per_cpu_s\":{reading:.0},\"redact_turns_per_cpu_s\":{redacting:.0},\"both_turns_per_cpu_s\":{both:.0},\"warm_up_ms\":{first_ms:.1}}}"
    )
}
