//! What a person has seen at the end of a run in a terminal: the rows that stay, and what the line below them showed.

/// The rows of a terminal, without colours.
#[derive(Debug, Default)]
pub struct Screen {
    /// What stands there at the end.
    pub rows: Vec<String>,
    /// What stood in the last row meanwhile and was taken away, each text once.
    pub passed: Vec<String>,
}

impl Screen {
    /// What a terminal makes of what it is sent, as far as the tools know its sequences.
    pub fn of(sent: &str) -> Self {
        let (mut screen, mut row, mut column) = (Self::default(), Vec::new(), 0);
        let mut letters = sent.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\n' => {
                    screen.rows.push(String::from_iter(std::mem::take(&mut row)));
                    column = 0;
                }
                '\r' => column = 0,
                '\u{1b}' => {
                    let sequence: String =
                        letters.by_ref().take_while(|letter| !letter.is_alphabetic()).collect();
                    // `K` has no number: what is right of the cursor is gone. All others are colours.
                    if sequence == "[" {
                        screen.pass(&String::from_iter(&row[column..]));
                        row.truncate(column);
                    }
                }
                letter => {
                    row.truncate(column);
                    row.push(letter);
                    column += 1;
                }
            }
        }
        screen.rows.push(String::from_iter(row));
        screen
    }

    /// A text that was taken away, without the sign that turns before it.
    fn pass(&mut self, text: &str) {
        let text = text.trim_start_matches(['|', '/', '-', '\\']).trim().to_owned();
        if !text.is_empty() && !self.passed.contains(&text) {
            self.passed.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_taken_away_is_no_row() {
        let screen =
            Screen::of("a\r\n\r\u{1b}[K| half\r\u{1b}[Kb \u{1b}[32mgreen\u{1b}[0m\r\n/ half\r\u{1b}[Kc\r\n");
        assert_eq!(screen.rows, ["a", "b green", "c", ""]);
        assert_eq!(screen.passed, ["half"]);
    }
}
