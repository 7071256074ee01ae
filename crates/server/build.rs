//! A release build embeds the web app, so it is made anew when the app was built anew. A debug build reads the app's files
//! at run time and need not be.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/dist");
    }
}
