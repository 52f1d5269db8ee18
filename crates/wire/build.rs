//! Compiles everything under `proto/`, without a system `protoc`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

const ROOT: &str = "../../proto";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let mut protos = Vec::new();
    find(Path::new(ROOT), &mut protos)?;
    protos.sort();
    let mut compiler = protox::Compiler::new([ROOT])?;
    // Without source info, so that reflection does not serve the comments.
    compiler.include_imports(true).include_source_info(false).open_files(&protos)?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

fn find(folder: &Path, protos: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, protos)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            protos.push(path);
        }
    }
    Ok(())
}
