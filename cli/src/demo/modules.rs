//! What the demo of the twelve modules boots.

use bareflow_report::Record;
use bareflow_session::Manifest;

use super::args::Args;
use super::bed;
use super::story::Lanes;
use crate::artefacts::Artefacts;
use crate::boot::boot_folder_on;
use crate::failure::Failure;
use crate::image::Contents;

/// The manifest and the files of the twelve modules.
pub(super) fn contents(args: &Args, artefacts: &Artefacts) -> Result<Contents, Failure> {
    let path = artefacts.path("modules/manifest.json")?;
    let text = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
    let mut manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| Failure::input(&path, error))?;
    manifest.calls = args.calls;
    manifest.compilers.clone_from(&args.compilers);
    if args.small {
        small(&mut manifest, artefacts)?;
    }
    let mut contents = Contents { manifest, files: Vec::new() };
    let files: Vec<String> =
        contents.manifest.modules.iter().flat_map(|module| module.files.clone()).collect();
    for file in files {
        contents.add(&artefacts.path(&format!("modules/{file}"))?, format!("/modules/{file}"))?;
    }
    contents.add_library(artefacts)?;
    contents.add_compiler(artefacts)?;
    Ok(contents)
}

/// Puts the small arguments into the manifest.
fn small(manifest: &mut Manifest, artefacts: &Artefacts) -> Result<(), Failure> {
    let path = artefacts.path("modules/modules.json")?;
    let text = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
    let list: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| Failure::input(&path, error))?;
    for module in &mut manifest.modules {
        let known = list["modules"].as_array().into_iter().flatten();
        let entry = known.clone().find(|entry| entry["name"] == module.name.as_str());
        module.arg = entry.and_then(|entry| entry["small"]["arg"].as_u64()).or(module.arg);
    }
    Ok(())
}

/// The same programs once, on two processors, of which one compiles beside the program. In a place of
/// its own, where nothing was learnt, which is gone afterwards.
pub(super) fn lanes(args: &Args, contents: &Contents) -> Result<Lanes, Failure> {
    let mut contents = contents.clone();
    contents.manifest.lanes = true;
    contents.manifest.save = false;
    let path = args.out.join("lanes");
    bed::folder(&path, &contents)?;
    let (line, records) = boot_folder_on(2, &path, &[])?;
    std::fs::remove_dir_all(&path).map_err(|error| Failure::output(&path, error))?;
    let busy = records.into_iter().filter_map(|record| match record {
        Record::Busy(busy) => Some(busy),
        _ => None,
    });
    let program = line.guest_us.map_or((0, 0), |times| (times.to_program, times.program));
    Ok(Lanes { program, busy: busy.collect() })
}
