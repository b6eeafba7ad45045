//! The operations of the documents in `spec/`, as the generator reads them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use specwright::diagnostics::Diagnostics;
use specwright::model::Api;
use specwright::plan::{Plan, PlannedApi};
use specwright::source::Sources;

/// Method and path of an operation.
#[derive(Debug)]
pub struct Documented {
    method: &'static str,
    path: String,
}

impl Documented {
    /// Whether a request with this method and path is one of this operation. The path may have
    /// more segments before those of the document: the path of the base url.
    pub fn is_called_by(&self, method: &str, path: &str) -> bool {
        let mut sent = path.split('/').rev();
        let same = |(wanted, sent): (&str, Option<&str>)| {
            sent.is_some_and(|sent| wanted == sent || (wanted.contains('{') && !sent.is_empty()))
        };
        let segments = self.path.trim_start_matches('/').split('/').rev();
        self.method == method && segments.map(|wanted| (wanted, sent.next())).all(same)
    }
}

/// Every operation of every document of the plan, by the name of the API in the plan and the
/// operation's id: `platform.listModels`, `connector.messages.create`.
pub static OPERATIONS: LazyLock<BTreeMap<String, Documented>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let mut diagnostics = Diagnostics::default();
    let path = folder.join(specwright::plan::FILE_NAME);
    let plan = Plan::load(&path, &mut Sources::default(), &mut diagnostics);
    let planned = plan.expect("a plan in spec/").api;
    planned
        .iter()
        .flat_map(|planned| operations(&planned.name, read(planned, &folder)))
        .collect()
});

fn operations(api: &str, read: Api) -> impl Iterator<Item = (String, Documented)> {
    read.operations.into_iter().map(move |operation| {
        let documented = Documented {
            method: operation.method.as_str(),
            path: operation.path,
        };
        (format!("{api}.{}", operation.id), documented)
    })
}

fn read(planned: &PlannedApi, folder: &Path) -> Api {
    let input = specwright::project::input(planned, folder);
    let mut diagnostics = Diagnostics::default();
    let api = specwright::model(&input, &mut Sources::default(), &mut diagnostics);
    let api = api.filter(|api| !api.operations.is_empty() && !diagnostics.has_errors());
    api.unwrap_or_else(|| panic!("{} is not what it should be", planned.name))
}
