//! An endpoint: no text that some resolver reads as an address gets through, and what gets through is shown as it was read.

#![no_main]

use std::net::IpAddr;

use init_core::Endpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(endpoint) = text.parse::<Endpoint>() {
        let shown = endpoint.to_string();
        assert_eq!(shown.parse::<Endpoint>().ok(), Some(endpoint), "{text:?} is shown as {shown:?}");
        let (host, _) = shown.rsplit_once(':').unwrap_or_default();
        assert!(host.parse::<IpAddr>().is_err(), "{text:?} is an address");
        let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        assert!(!last.bytes().all(|byte| byte.is_ascii_digit()), "{text:?} is an address in an older spelling");
    }
});
