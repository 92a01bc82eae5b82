//! Room on the disk, and the right to write on it.

use super::Check;
use crate::cli::Context;
use rustix::fs::{Access, access, statvfs};
use std::path::{Path, PathBuf};

/// Below this a run may not come to its end, in bytes.
const LITTLE_ROOM: u64 = 200 << 20;

/// Looks at the folders of the store and of what is derived from it.
pub(super) fn check(context: &Context) -> Vec<Check> {
    vec![check_room(context), check_rights(context)]
}

fn check_room(context: &Context) -> Check {
    let folder = nearest(&context.workspace.data);
    let free = match statvfs(&folder) {
        Ok(volume) => volume.f_bavail.saturating_mul(volume.f_frsize),
        Err(error) => {
            let found = format!("cannot ask for the room at {}: {error}", folder.display());
            return Check::wrong("disk", found, "check that the disk is there");
        }
    };
    let file = context.workspace.store_file();
    let size = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
    let found = format!("{} MiB free, the store takes {} MiB", free >> 20, size >> 20);
    // A backup before a migration takes as much again.
    if free < LITTLE_ROOM || free < size {
        return Check::wrong("disk", found, "free some space, or move the data with --home");
    }
    Check::ok("disk", found)
}

fn check_rights(context: &Context) -> Check {
    let file = context.workspace.store_file();
    let places = [&context.workspace.data, &file, &context.workspace.cache];
    let wanted = Access::READ_OK | Access::WRITE_OK;
    let closed: Vec<String> = places
        .into_iter()
        .map(|place| nearest(place))
        .filter(|place| access(place, wanted).is_err())
        .map(|place| place.display().to_string())
        .collect();
    if closed.is_empty() {
        return Check::ok("rights", "data and cache may be written");
    }
    let step = "give this user the right to write there, or name another place with --home";
    Check::wrong("rights", format!("may not write {}", closed.join(", ")), step)
}

/// The path, or the nearest folder above it that is there.
fn nearest(path: &Path) -> PathBuf {
    path.ancestors().find(|place| place.exists()).unwrap_or(path).to_owned()
}
