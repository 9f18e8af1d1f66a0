//! The appearance of the output: whether stdout and stderr are terminals, and what the command line says about them.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};

use crate::cli::{Color, Format, LogFormat, Style};
use crate::paint::Paint;

/// The destination of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Terminal,
    /// A file, a pipe, or the log of a container.
    Other,
}

/// The appearance of the report and the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Appearance {
    stdout: Stream,
    stderr: Stream,
    log: LogFormat,
    color: Color,
    /// Set if the environment turns colours off.
    plain: bool,
    /// Set if the terminal can move its cursor.
    has_cursor: bool,
}

impl Appearance {
    /// The appearance for the streams and the environment of this process.
    pub(crate) fn of_process(style: Style) -> Self {
        let stream = |terminal| if terminal { Stream::Terminal } else { Stream::Other };
        let (no_color, term) = (std::env::var_os("NO_COLOR"), std::env::var_os("TERM"));
        let streams = (stream(io::stdout().is_terminal()), stream(io::stderr().is_terminal()));
        Self::new(streams, (no_color.as_deref(), term.as_deref()), style)
    }

    fn new(
        (stdout, stderr): (Stream, Stream),
        (no_color, term): (Option<&OsStr>, Option<&OsStr>),
        Style { log_format, color }: Style,
    ) -> Self {
        let dumb = term.is_some_and(|term| term == "dumb");
        let by_stream = if stderr == Stream::Terminal { LogFormat::Text } else { LogFormat::Json };
        Self {
            stdout,
            stderr,
            log: log_format.unwrap_or(by_stream),
            color,
            plain: dumb || no_color.is_some_and(|value| !value.is_empty()),
            has_cursor: !dumb,
        }
    }

    pub(crate) fn log(self) -> LogFormat {
        self.log
    }

    /// Returns true if the report is written to a terminal.
    pub(crate) fn is_visible(self) -> bool {
        self.stdout == Stream::Terminal
    }

    pub(crate) fn report_paint(self) -> Paint {
        self.paint(self.stdout)
    }

    pub(crate) fn log_paint(self) -> Paint {
        self.paint(self.stderr)
    }

    fn paint(self, stream: Stream) -> Paint {
        let coloured = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => stream == Stream::Terminal && !self.plain,
        };
        if coloured { Paint::Coloured } else { Paint::Plain }
    }

    /// Returns true if a status line can be shown below the log.
    pub(crate) fn has_status_line(self) -> bool {
        self.stderr == Stream::Terminal && self.log == LogFormat::Text && self.has_cursor
    }

    /// Returns true if log and report are both text on a terminal. The log then leaves out what the report shows.
    pub(crate) fn shares_terminal(self, report: Format) -> bool {
        let texts = report == Format::Text && self.log == LogFormat::Text;
        texts && self.stdout == Stream::Terminal && self.stderr == Stream::Terminal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: (Stream, Stream) = (Stream::Terminal, Stream::Terminal);
    const PIPES: (Stream, Stream) = (Stream::Other, Stream::Other);

    fn appearance(
        streams: (Stream, Stream),
        no_color: Option<&str>,
        term: Option<&str>,
        color: Color,
    ) -> Appearance {
        Appearance::new(
            streams,
            (no_color.map(OsStr::new), term.map(OsStr::new)),
            Style { log_format: None, color },
        )
    }

    #[test]
    fn colours_depend_on_terminal_environment_and_command_line() {
        for (streams, no_color, term, color, painted) in [
            (TERMINAL, None, Some("xterm"), Color::Auto, Paint::Coloured),
            (TERMINAL, None, None, Color::Auto, Paint::Coloured),
            (TERMINAL, Some(""), None, Color::Auto, Paint::Coloured),
            (TERMINAL, Some("1"), None, Color::Auto, Paint::Plain),
            (TERMINAL, None, Some("dumb"), Color::Auto, Paint::Plain),
            (TERMINAL, None, None, Color::Never, Paint::Plain),
            (PIPES, None, Some("xterm"), Color::Auto, Paint::Plain),
            (PIPES, Some("1"), Some("dumb"), Color::Always, Paint::Coloured),
        ] {
            let appearance = appearance(streams, no_color, term, color);
            let paints = (appearance.report_paint(), appearance.log_paint());
            assert_eq!(paints, (painted, painted), "{streams:?} {no_color:?} {term:?} {color:?}");
        }
        let mixed = appearance((Stream::Other, Stream::Terminal), None, None, Color::Auto);
        assert_eq!((mixed.report_paint(), mixed.log_paint()), (Paint::Plain, Paint::Coloured));
    }

    #[test]
    fn the_log_format_depends_on_the_destination() {
        let formats = |streams| {
            let appearance = appearance(streams, None, None, Color::Auto);
            (
                appearance.is_visible(),
                appearance.log(),
                appearance.has_status_line(),
                appearance.shares_terminal(Format::Text),
            )
        };
        assert_eq!(formats(TERMINAL), (true, LogFormat::Text, true, true));
        assert_eq!(formats(PIPES), (false, LogFormat::Json, false, false));
        let (terminal, other) = (Stream::Terminal, Stream::Other);
        assert_eq!(formats((other, terminal)), (false, LogFormat::Text, true, false));
        assert_eq!(formats((terminal, other)), (true, LogFormat::Json, false, false));
        let dumb = appearance(TERMINAL, None, Some("dumb"), Color::Auto);
        assert!(!dumb.has_status_line() && dumb.shares_terminal(Format::Text));
        assert!(!dumb.shares_terminal(Format::Jsonl), "its lines are no text that a person reads");
        let style = Style { log_format: Some(LogFormat::Json), color: Color::Auto };
        let with_option = Appearance::new(TERMINAL, (None, None), style);
        assert!(
            with_option.log() == LogFormat::Json
                && !with_option.has_status_line()
                && !with_option.shares_terminal(Format::Text)
        );
    }
}
