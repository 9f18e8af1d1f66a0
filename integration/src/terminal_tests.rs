//! Tests of the terminal emulator.

use crate::terminal::Screen;

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
