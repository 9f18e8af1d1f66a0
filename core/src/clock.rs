//! The timestamp of a log line: UTC to the microsecond in JSON, local time to the second in text.

use std::fs::File;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tz::{TimeZone, TimeZoneSettings};

use crate::files::read_limited;

/// The number of seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// The time zone from `TZ` or `/etc/localtime`; `None` stands for UTC.
#[derive(Debug)]
pub(crate) struct Clock(Option<TimeZone>);

impl Clock {
    /// Reads the time zone of this process. A container with neither `TZ` nor `/etc/localtime` has none.
    pub(crate) fn of_process() -> Self {
        let settings = TimeZoneSettings::new(TimeZoneSettings::DEFAULT_DIRECTORIES, |path| {
            Ok(read_limited(File::open(path)?)?)
        });
        let named = std::env::var_os("TZ").filter(|name| !name.is_empty());
        Self(match named {
            Some(name) => name.to_str().and_then(|name| settings.parse_posix_tz(name).ok()),
            None => settings.parse_local().ok(),
        })
    }

    /// The time of day as `17:03:59`, with a `Z` appended if it is UTC.
    pub(crate) fn time_of_day(&self, since_epoch: Duration) -> String {
        let now = i64::try_from(since_epoch.as_secs()).unwrap_or_default();
        let zone = self.0.as_ref().and_then(|zone| zone.find_local_time_type(now).ok());
        let offset = zone.map_or(0, |zone| i64::from(zone.ut_offset()));
        let is_utc = zone.is_none_or(|zone| offset == 0 && zone.time_zone_designation() == "UTC");
        let seconds = (now + offset).rem_euclid(DAY);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{hours:02}:{minutes:02}:{seconds:02}{}", if is_utc { "Z" } else { "" })
    }
}

#[expect(clippy::disallowed_methods, reason = "only log lines have a timestamp; plans and reports have none")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// The present time in UTC, as RFC 3339 has it.
pub(crate) fn timestamp() -> String {
    humantime::format_rfc3339_micros(now()).to_string()
}

pub(crate) fn since_epoch() -> Duration {
    now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: Option<&str>, seconds: u64) -> String {
        Clock(zone.map(|zone| TimeZone::from_posix_tz(zone).unwrap()))
            .time_of_day(Duration::from_secs(seconds))
    }

    #[test]
    fn the_time_of_day_is_local_and_utc_is_marked() {
        // 2026-01-15 and 2026-07-15, both at 23:30:09 in UTC.
        let (winter, summer) = (1_768_519_809, 1_784_158_209);
        assert_eq!(shown(None, winter), "23:30:09Z");
        assert_eq!(shown(Some("UTC0"), winter), "23:30:09Z");
        assert_eq!(shown(Some("GMT0"), winter), "23:30:09");
        let central = Some("CET-1CEST,M3.5.0,M10.5.0/3");
        assert_eq!((shown(central, winter), shown(central, summer)), ("00:30:09".into(), "01:30:09".into()));
        assert_eq!(shown(Some("NST3:30"), winter), "20:00:09");
    }
}
