//! How this process writes: what its two streams are, and what the command line says about them.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};

use crate::cli::{Color, Format, LogFormat, Style};
use crate::paint::Paint;

/// What a stream leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Terminal,
    /// A file, a pipe, or a container's log.
    Other,
}

/// How the report and the log are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    stdout: Stream,
    stderr: Stream,
    log: LogFormat,
    color: Color,
    /// Whether the environment asks for no colours.
    plain: bool,
    /// Whether the terminal can move its cursor.
    moves: bool,
}

impl Look {
    /// What the process has, with what the command line asks for.
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
            moves: !dumb,
        }
    }

    pub(crate) fn log(self) -> LogFormat {
        self.log
    }

    /// Whether a person sees the report at once.
    pub(crate) fn seen(self) -> bool {
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

    /// Whether a line that is drawn anew may stand below the log.
    pub(crate) fn moves(self) -> bool {
        self.stderr == Stream::Terminal && self.log == LogFormat::Text && self.moves
    }

    /// Whether log and report are texts on a terminal, so that what the report says need not be in the log too.
    pub(crate) fn is_one_text(self, report: Format) -> bool {
        let texts = report == Format::Text && self.log == LogFormat::Text;
        texts && self.stdout == Stream::Terminal && self.stderr == Stream::Terminal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: (Stream, Stream) = (Stream::Terminal, Stream::Terminal);
    const PIPES: (Stream, Stream) = (Stream::Other, Stream::Other);

    fn look(streams: (Stream, Stream), no_color: Option<&str>, term: Option<&str>, color: Color) -> Look {
        Look::new(
            streams,
            (no_color.map(OsStr::new), term.map(OsStr::new)),
            Style { log_format: None, color },
        )
    }

    #[test]
    fn colours_are_for_terminals_unless_the_environment_or_the_command_line_says_otherwise() {
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
            let look = look(streams, no_color, term, color);
            let told = (look.report_paint(), look.log_paint());
            assert_eq!(told, (painted, painted), "{streams:?} {no_color:?} {term:?} {color:?}");
        }
        let mixed = look((Stream::Other, Stream::Terminal), None, None, Color::Auto);
        assert_eq!((mixed.report_paint(), mixed.log_paint()), (Paint::Plain, Paint::Coloured));
    }

    #[test]
    fn the_log_has_the_format_of_what_it_leads_to() {
        let formats = |streams| {
            let look = look(streams, None, None, Color::Auto);
            (look.seen(), look.log(), look.moves(), look.is_one_text(Format::Text))
        };
        assert_eq!(formats(TERMINAL), (true, LogFormat::Text, true, true));
        assert_eq!(formats(PIPES), (false, LogFormat::Json, false, false));
        let (terminal, other) = (Stream::Terminal, Stream::Other);
        assert_eq!(formats((other, terminal)), (false, LogFormat::Text, true, false));
        assert_eq!(formats((terminal, other)), (true, LogFormat::Json, false, false));
        let dumb = look(TERMINAL, None, Some("dumb"), Color::Auto);
        assert!(!dumb.moves() && dumb.is_one_text(Format::Text));
        assert!(!dumb.is_one_text(Format::Jsonl), "its lines are no text that a person reads");
        let style = Style { log_format: Some(LogFormat::Json), color: Color::Auto };
        let asked = Look::new(TERMINAL, (None, None), style);
        assert!(asked.log() == LogFormat::Json && !asked.moves() && !asked.is_one_text(Format::Text));
    }
}
