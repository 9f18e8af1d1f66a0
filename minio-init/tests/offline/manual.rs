//! The specs in the manual are valid.

use std::fs;
use std::path::Path;

use init_core::Command;

use crate::{fixtures, report_on};

#[tokio::test]
async fn the_specs_of_the_manual_are_valid() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("manual");
    fs::create_dir_all(folder.join("policies")).unwrap();
    for file in ["ca.pem", "policies/app.json", "policies/partners.json"] {
        fs::copy(fixtures().join(file), folder.join(file)).unwrap();
    }
    let manual = include_str!("../../../docs/minio.md");
    let blocks = manual.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let specs: Vec<_> = blocks.filter(|block| block.starts_with("endpoint:")).collect();
    assert_eq!(specs.len(), 5);
    for spec in specs {
        let path = folder.join("spec.yaml");
        fs::write(&path, spec).unwrap();
        let report = report_on(Command::Validate, path).await;
        assert!(report["error"].is_null(), "{report}");
    }
}
