//! Which build of the worker fits this computer's processor best.
//!
//! A package brings one program that runs on every processor of its kind, and beside it, where it likes, the same worker
//! built for better ones, named after the level: `quillhouse` and `quillhouse-infer-x86-64-v4`. What is not there is not
//! missed.

use std::{
    env::consts::EXE_SUFFIX,
    path::{Path, PathBuf},
};

/// What the x86-64 ABI calls micro-architecture levels. Other processors have one level only: llama.cpp's Arm build asks
/// for nothing that a 64-bit Arm may lack, and Apple's are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// What every processor of the kind has.
    Base,
    /// AVX2, FMA, F16C, BMI.
    V3,
    /// AVX-512 F, BW, CD, DQ, VL.
    V4,
}

impl Level {
    /// Asks the processor.
    pub(super) fn of_this_computer() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let has_v3 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2");
            let has_v4 = has_v3
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512cd")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if has_v4 {
                return Self::V4;
            }
            if has_v3 {
                return Self::V3;
            }
        }
        Self::Base
    }

    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Base => None,
            Self::V3 => Some("quillhouse-infer-x86-64-v3"),
            Self::V4 => Some("quillhouse-infer-x86-64-v4"),
        }
    }
}

/// The best program for a level: one that stands beside the given one, or itself.
pub(super) fn best(program: &Path, level: Level) -> PathBuf {
    let beside = |level: Level| {
        let path = program.with_file_name(format!("{}{EXE_SUFFIX}", level.name()?));
        path.is_file().then_some(path)
    };
    [Level::V4, Level::V3]
        .into_iter()
        .filter(|candidate| *candidate <= level)
        .find_map(beside)
        .unwrap_or_else(|| program.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_program_that_is_there_and_runs_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| {
            let path = folder.path().join(format!("{name}{EXE_SUFFIX}"));
            std::fs::write(&path, "").unwrap();
            path
        };
        let base = place("quillhouse");
        assert_eq!(best(&base, Level::V4), base, "a package without other builds works as it is");
        let third = place("quillhouse-infer-x86-64-v3");
        assert_eq!(best(&base, Level::V4), third, "the next best");
        let fourth = place("quillhouse-infer-x86-64-v4");
        for (level, expected) in [(Level::Base, &base), (Level::V3, &third), (Level::V4, &fourth)] {
            assert_eq!(&best(&base, level), expected, "{level:?}");
        }
        assert_eq!(best(Path::new("quillhouse"), Level::Base), Path::new("quillhouse"), "a name alone stays a name");
    }
}
