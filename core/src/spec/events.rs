//! The parser events of a YAML document, with lookahead.

use std::collections::VecDeque;

use serde_saphyr::granit_parser::{Event, Parser, StrInput};

use crate::locate::Position;

/// The events of a single document, without those of the stream and the document itself.
pub(crate) struct Events<'t> {
    parser: Parser<'t, StrInput<'t>>,
    ahead: VecDeque<(Event<'t>, Position)>,
}

impl<'t> Events<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self { parser: Parser::new_from_str(text), ahead: VecDeque::new() }
    }

    pub(crate) fn next(&mut self) -> Option<(Event<'t>, Position)> {
        self.peek(0)?;
        self.ahead.pop_front()
    }

    /// The event after `after` others, or `None` at the end or at a syntax error.
    pub(crate) fn peek(&mut self, after: usize) -> Option<&Event<'t>> {
        while self.ahead.len() <= after {
            let (event, span) = self.parser.next()?.ok()?;
            let is_framing = matches!(
                event,
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd
            );
            if !is_framing {
                self.ahead.push_back((event, (span.start.line(), span.start.col() + 1)));
            }
        }
        self.ahead.get(after).map(|(event, _)| event)
    }

    /// Skips the next value.
    pub(crate) fn skip(&mut self) {
        let mut open = 0_usize;
        while let Some((event, _)) = self.next() {
            match event {
                Event::MappingStart(..) | Event::SequenceStart(..) => open += 1,
                Event::MappingEnd | Event::SequenceEnd => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }
}
