//! The events of a YAML text, which can be looked at before they are taken.

use std::collections::VecDeque;

use serde_saphyr::granit_parser::{Event, Parser, StrInput};

use crate::locate::Position;

/// What there is of a text's one document.
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

    /// The event that comes after so many others. What comes after an error of the text is not there.
    pub(crate) fn peek(&mut self, after: usize) -> Option<&Event<'t>> {
        while self.ahead.len() <= after {
            let (event, span) = self.parser.next()?.ok()?;
            let presentation = matches!(
                event,
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd
            );
            if !presentation {
                self.ahead.push_back((event, (span.start.line(), span.start.col() + 1)));
            }
        }
        self.ahead.get(after).map(|(event, _)| event)
    }

    /// Leaves out the value that comes next.
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
