//! Locales: of the C library, of ICU, of PostgreSQL itself, each compared as the server writes it.

use integration::postgres::{Server, major};

fn conflict(server: &Server, database: &str, at: &str) {
    let ended = server.init(&format!("databases: {{{database}}}\n")).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], at, "{database}: {}", ended.stdout);
}

fn made(server: &Server, database: &str) {
    let spec = format!("databases: {{{database}}}\n");
    server.init(&spec).run().expect(0, "changed");
    server.init(&spec).run().expect(0, "unchanged");
}

fn same(server: &Server, database: &str) {
    server.init(&format!("databases: {{{database}}}\n")).run().expect(0, "unchanged");
}

/// Every major version has these.
#[test]
fn lc_collate_and_lc_ctype_of_a_libc_locale_are_compared() {
    let server = Server::start(&[]);
    made(&server, "d: {encoding: UTF8, locale: C.UTF-8, lcCollate: C}");
    assert_eq!(
        server.psql("postgres", "SELECT datcollate, datctype FROM pg_database WHERE datname = 'd'"),
        "C|C.UTF-8"
    );
    same(&server, "d: {lcCollate: C, lcCtype: C.utf8}");
    conflict(&server, "d: {locale: C.UTF-8}", "databases.d.locale");
    conflict(&server, "d: {lcCtype: C}", "databases.d.lcCtype");
    made(&server, "e: {lcCtype: C.UTF-8, lcCollate: C.UTF-8}");
    same(&server, "e: {locale: C.UTF-8}");
    if major() < 15 {
        let ended = server.init("databases: {i: {icuLocale: de}}\n").run().expect(76, "failed");
        assert!(ended.error().contains("needs PostgreSQL 15"), "{}", ended.stdout);
    }
}

#[test]
fn an_icu_locale_in_a_libc_cluster_and_the_reverse() {
    if major() < 15 {
        return;
    }
    let server = Server::start(&[]);
    made(&server, "i: {localeProvider: icu, icuLocale: de_DE, locale: C.UTF-8}");
    for spelling in ["de_DE", "de-DE"].iter().take(if major() < 16 { 1 } else { 2 }) {
        same(&server, &format!("i: {{icuLocale: {spelling}}}"));
    }
    same(&server, "i: {locale: C.UTF-8, localeProvider: icu, icuLocale: de_DE}");
    conflict(&server, "i: {icuLocale: fr}", "databases.i.icuLocale");
    conflict(&server, "i: {localeProvider: libc}", "databases.i.localeProvider");
    conflict(&server, "i: {locale: C}", "databases.i.locale");
    server.psql("postgres", "CREATE DATABASE l");
    conflict(&server, "l: {icuLocale: de}", "databases.l.icuLocale");
    // Copied from another template than `template0`, it has that one's.
    made(&server, "copy: {template: i, icuLocale: de_DE}");
    conflict(&server, "other: {template: i, localeProvider: libc}", "databases.other.localeProvider");
    // A cluster whose default is ICU.
    let server = Server::with_cluster("--locale-provider=icu --icu-locale=en-US");
    made(&server, "d: {locale: C.UTF-8}");
    made(&server, "l: {localeProvider: libc, locale: C.UTF-8}");
    made(&server, "g: {icuLocale: de-AT, locale: C}");
    conflict(&server, "d: {localeProvider: libc, locale: C.UTF-8}", "databases.d.localeProvider");
}

#[test]
fn the_builtin_provider() {
    let spec = "b: {localeProvider: builtin, locale: C.UTF-8, encoding: UTF8}";
    let server = Server::start(&[]);
    if major() < 17 {
        let ended = server.init(&format!("databases: {{{spec}}}\n")).run().expect(76, "failed");
        assert!(ended.error().contains("needs PostgreSQL 17"), "{}", ended.stdout);
        return;
    }
    made(&server, spec);
    same(&server, "b: {locale: C.utf8}");
    conflict(&server, "b: {localeProvider: builtin, locale: C}", "databases.b.locale");
    conflict(&server, "b: {localeProvider: icu, icuLocale: de}", "databases.b.icuLocale");
    made(&server, "c: {localeProvider: builtin, locale: C, lcCtype: C.UTF-8, encoding: UTF8}");
}
