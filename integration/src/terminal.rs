//! A minimal terminal emulator, which shows what a user sees of a run: the rows at the end, and the status lines that were
//! erased in between. The process tests of `core` include this file too, so its own tests are in another one.

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
                        screen.record_erased(&row.iter().skip(column).collect::<String>());
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
