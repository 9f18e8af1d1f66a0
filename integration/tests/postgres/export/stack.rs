//! A stack that a script of psql commands has set up and that has data is adopted: exported, compared, kept, and changed by
//! its spec from then on.

use super::{Passwords, export, server, steady, with};
use integration::postgres::{Server, init};

/// The steps of such scripts: several databases with an owner each, a reporting user, extensions, and a closed
/// `public`.
const SCRIPT: &str = r#"
set -eu
export PGUSER=postgres
provision() {
    psql -v ON_ERROR_STOP=1 --dbname postgres <<-SQL
        CREATE USER "$1" WITH ENCRYPTED PASSWORD '$2';
        CREATE DATABASE "$1" OWNER "$1" ENCODING 'UTF8';
        GRANT ALL PRIVILEGES ON DATABASE "$1" TO "$1";
        REVOKE ALL ON DATABASE "$1" FROM PUBLIC;
SQL
    psql -v ON_ERROR_STOP=1 --dbname "$1" <<-SQL
        CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        GRANT ALL ON SCHEMA public TO "$1";
SQL
}
provision blog canary-blog
provision keycloak 'canary-$key'
psql -v ON_ERROR_STOP=1 --dbname blog <<-SQL
    CREATE ROLE readonly NOLOGIN;
    CREATE USER metabase PASSWORD 'canary-metabase' IN ROLE readonly;
    ALTER USER metabase SET statement_timeout = '60s';
    GRANT CONNECT ON DATABASE blog TO readonly;
    GRANT USAGE ON SCHEMA public TO readonly;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO readonly;
    ALTER DEFAULT PRIVILEGES FOR ROLE blog IN SCHEMA public GRANT SELECT ON TABLES TO readonly;
SQL
"#;

/// The application's own tables, with a row.
fn migrated(server: &Server) {
    server.psql(
        "blog",
        "SET ROLE blog; CREATE TABLE IF NOT EXISTS public.posts(id uuid DEFAULT uuid_generate_v4(), title text); \
         INSERT INTO public.posts(title) VALUES ('kept')",
    );
}

#[test]
fn a_stack_that_a_script_made_is_adopted_with_its_data() {
    let a = server();
    a.shell(SCRIPT).ok();
    migrated(&a);
    let passwords: Passwords<'_> =
        [("blog", "canary-blog"), ("keycloak", "canary-$key"), ("metabase", "canary-metabase")].into();
    let page = steady(&a, &passwords);
    // Elsewhere the application makes its tables after the run: they get what is granted on them from their owner's defaults.
    let b = server();
    with(&page, &a, &b, &passwords).run().expect(0, "changed");
    migrated(&b);
    assert_eq!(export(&b, &[]).replace(b.name(), a.name()), page);
    with(&page, &a, &b, &passwords).run().expect(0, "unchanged");
    assert!(!page.contains("canary"), "{page}");
    assert!(page.contains("{for: blog, schema: public, object: tables, to: readonly, privileges: [select]}"));

    // Whoever changes the server by hand is seen by `plan`, and undone by the next run; the data stays.
    a.psql("blog", "REVOKE USAGE ON SCHEMA public FROM readonly");
    let plan = with(&page, &a, &a, &passwords).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(plan.operations(), ["grant_privileges"]);
    with(&page, &a, &a, &passwords).run().expect(0, "changed");
    assert_eq!(export(&a, &[]), page);
    // The next service is a few lines of the spec.
    let grown =
        page.replace("\nroles:\n", "\nroles:\n  wiki: {login: true, password: {secret: wiki_password}}\n");
    let grown = grown.replace("\ndatabases:\n", "\ndatabases:\n  wiki: {owner: wiki}\n");
    let ended = with(&grown, &a, &a, &passwords).secret("wiki_password", "canary-wiki").run();
    let ended = ended.expect(0, "changed");
    assert_eq!(ended.operations(), ["create_role", "create_database"]);
    assert_eq!(a.psql("blog", "SELECT title FROM public.posts"), "kept");
    assert!(a.lets_in("metabase", "canary-metabase", "blog"));
}

/// Two tools own objects on one server, and each exports its own part.
#[test]
fn a_server_of_several_tools_is_exported_in_parts() {
    let a = server();
    a.shell(SCRIPT).ok();
    let page = export(&a, &["--only", "roles=keycloak,databases=keycloak"]);
    assert!(!page.contains("blog") && !page.contains("metabase"), "{page}");
    let run = || with(&page, &a, &a, &[("keycloak", "canary-$key")].into());
    run().run().expect(0, "unchanged");
    a.psql("postgres", "ALTER ROLE blog CONNECTION LIMIT 3; ALTER ROLE keycloak CONNECTION LIMIT 3");
    run().run().expect(0, "unchanged");
    // An undeclared property stays, so a limit that is in no spec belongs to no tool.
    let other = export(&a, &["--only", "roles=blog"]);
    assert!(other.contains("connectionLimit: 3"), "{other}");
    let plan = init(&other).secret("admin", integration::postgres::PASSWORD);
    plan.args(&["plan", "--without-secrets"]).run().expect(0, "unchanged");
}
