//! A minimal terminal emulator, which shows what a user sees of a run: the rows at the end, and the status lines that were
//! erased in between. The tests of `core` include this file too.

/// The content of a terminal, without colours.
#[derive(Debug, Default)]
pub struct Screen {
    /// The rows at the end.
    pub rows: Vec<String>,
    /// The texts that were erased from the last row meanwhile, without duplicates and without the spinner.
    pub erased: Vec<String>,
}

impl Screen {
    /// Interprets output with the escape sequences that the tools use: colours, and erasing to the end of the row.
    pub fn of(output: &str) -> Self {
        let (mut screen, mut row, mut column) = (Self::default(), Vec::new(), 0);
        let mut characters = output.chars();
        while let Some(character) = characters.next() {
            match character {
                '\n' => {
                    screen.rows.push(String::from_iter(std::mem::take(&mut row)));
                    column = 0;
                }
                '\r' => column = 0,
                '\u{1b}' => {
                    let sequence: String =
                        characters.by_ref().take_while(|character| !character.is_alphabetic()).collect();
                    // `K` is the only sequence without a parameter. All others are colours.
                    if sequence == "[" {
                        screen.record_erased(&String::from_iter(row.iter().skip(column)));
                        row.truncate(column);
                    }
                }
                character => {
                    row.resize(row.len().max(column + 1), ' ');
                    row[column] = character;
                    column += 1;
                }
            }
        }
        screen.rows.push(String::from_iter(row));
        screen
    }

    fn record_erased(&mut self, text: &str) {
        let text = text.trim_start_matches(['|', '/', '-', '\\']).trim().to_owned();
        if !text.is_empty() && !self.erased.contains(&text) {
            self.erased.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erased_line_is_no_row() {
        let screen =
            Screen::of("a\r\n\r\u{1b}[K| half\r\u{1b}[Kb \u{1b}[32mgreen\u{1b}[0m\r\n/ half\r\u{1b}[Kc\r\n");
        assert_eq!(screen.rows, ["a", "b green", "c", ""]);
        assert_eq!(screen.erased, ["half"]);
    }

    #[test]
    fn an_overwritten_row_keeps_what_is_to_the_right_of_the_cursor() {
        assert_eq!(Screen::of("abc\rx").rows, ["xbc"]);
    }
}
