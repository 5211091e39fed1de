//! Locks the child in before it sees the file: resource limits everywhere, a system call filter on Linux.
//!
//! After `enter` the process can compute, allocate, start threads, and use the pipes it already has. It cannot open files,
//! talk to the network, start programs or touch other processes.

use super::limits::ParseLimits;

/// How well it went.
pub(crate) struct Outcome {
    /// True when system calls are filtered.
    pub(crate) filtered: bool,
    /// What could not be set up; empty when all is well.
    pub(crate) missing: String,
}

/// Applies all limits to this process. Call it from the only thread.
pub(crate) fn enter(limits: &ParseLimits) -> Outcome {
    lock(limits, 16, filter_system_calls)
}

/// The same limits for a process whose work is done by two programs of the system: it may start them and they may open files,
/// but neither can talk to the network, write files or touch other processes' memory. What is set here they inherit.
pub(crate) fn enter_with_programs(limits: &ParseLimits) -> Outcome {
    lock(limits, 256, filter_network_calls)
}

/// Takes the network from this process and whatever it loads, and the right to move or delete files. Call it from the only
/// thread; does nothing where the system has no filter.
pub(crate) fn without_network() -> Result<(), String> {
    if cfg!(target_os = "linux") { filter_network_calls() } else { Ok(()) }
}

fn lock(limits: &ParseLimits, open_files: u64, filter: fn() -> Result<(), String>) -> Outcome {
    let mut missing = Vec::new();
    resources(limits, open_files, &mut missing);
    let filtered = match filter() {
        Ok(()) => true,
        Err(reason) => {
            missing.push(reason);
            false
        }
    };
    Outcome { filtered, missing: missing.join("; ") }
}

#[cfg(unix)]
fn resources(limits: &ParseLimits, open_files: u64, missing: &mut Vec<String>) {
    use rlimit::{Resource, setrlimit};

    let seconds = limits.wall.as_secs().max(1);
    let wanted = [
        // Files already open stay open.
        (Resource::NOFILE, open_files, open_files),
        (Resource::FSIZE, 0, 0),
        (Resource::CORE, 0, 0),
        // The soft limit ends the process with a signal that says why, the hard one a second later without.
        (Resource::CPU, seconds, seconds + 1),
    ];
    for (resource, soft, hard) in wanted {
        if let Err(error) = setrlimit(resource, soft, hard) {
            missing.push(format!("{}: {error}", resource.as_name()));
        }
    }
    #[cfg(target_os = "linux")]
    {
        let memory = mapped_bytes().unwrap_or(0).saturating_add(limits.memory_bytes);
        if let Err(error) = setrlimit(Resource::AS, memory, memory) {
            missing.push(format!("memory: {error}"));
        }
    }
}

#[cfg(not(unix))]
fn resources(_limits: &ParseLimits, _open_files: u64, missing: &mut Vec<String>) {
    missing.push("resource limits are not available on this system".to_owned());
}

/// Address space this program takes before it reads anything; the limit is for what comes on top.
#[cfg(target_os = "linux")]
fn mapped_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = status.split_whitespace().next()?.parse().ok()?;
    // Pages are 4 KiB or larger; on larger pages the limit is a little stricter, never looser by accident.
    pages.checked_mul(4096)
}

#[cfg(target_os = "linux")]
fn filter_system_calls() -> Result<(), String> {
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        apply_filter,
    };

    let reason = |error: &dyn std::fmt::Display| format!("system call filter: {error}");
    let architecture = || std::env::consts::ARCH.try_into().map_err(|error: seccompiler::BackendError| reason(&error));

    let mut denied: std::collections::BTreeMap<i64, Vec<SeccompRule>> =
        denied_calls().iter().map(|call| (*call, Vec::new())).collect();
    // A thread shares its parent's memory; anything else that `clone` makes is a process.
    let process =
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)
            .and_then(|condition| SeccompRule::new(vec![condition]))
            .map_err(|error| reason(&error))?;
    denied.insert(libc::SYS_clone, vec![process]);
    let refuse =
        SeccompFilter::new(denied, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32), architecture()?)
            .map_err(|error| reason(&error))?;

    // `clone3` hides its flags behind a pointer: "not implemented" makes the C library use `clone`, which is checked above.
    let absent = SeccompFilter::new(
        std::iter::once((libc::SYS_clone3, Vec::new())).collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::ENOSYS as u32),
        architecture()?,
    )
    .map_err(|error| reason(&error))?;

    for filter in [absent, refuse] {
        let program: BpfProgram = filter.try_into().map_err(|error: seccompiler::BackendError| reason(&error))?;
        // Sets `no_new_privs` as well.
        apply_filter(&program).map_err(|error| reason(&error))?;
    }
    Ok(())
}

/// For programs that are started: everything but the network, other processes' memory and the kernel's own surface.
#[cfg(target_os = "linux")]
fn filter_network_calls() -> Result<(), String> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    let reason = |error: &dyn std::fmt::Display| format!("system call filter: {error}");
    let architecture = std::env::consts::ARCH.try_into().map_err(|error: seccompiler::BackendError| reason(&error))?;
    let denied = [
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_unlinkat,
        libc::SYS_renameat2,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_mkdirat,
        libc::SYS_truncate,
        libc::SYS_mount,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_io_uring_setup,
        libc::SYS_userfaultfd,
        libc::SYS_add_key,
        libc::SYS_keyctl,
    ];
    let filter = SeccompFilter::new(
        denied.iter().map(|call| (*call, Vec::new())).collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        architecture,
    )
    .map_err(|error| reason(&error))?;
    let program: BpfProgram = filter.try_into().map_err(|error: seccompiler::BackendError| reason(&error))?;
    apply_filter(&program).map_err(|error| reason(&error))
}

#[cfg(not(target_os = "linux"))]
fn filter_network_calls() -> Result<(), String> {
    Err("system calls are not filtered on this system".to_owned())
}

/// System calls a reader of one file never needs.
#[cfg(target_os = "linux")]
fn denied_calls() -> Vec<i64> {
    let mut calls = vec![
        // Files
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_unlinkat,
        libc::SYS_renameat2,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_mkdirat,
        libc::SYS_mknodat,
        libc::SYS_fchmodat,
        libc::SYS_fchownat,
        libc::SYS_truncate,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_chroot,
        libc::SYS_pivot_root,
        libc::SYS_memfd_create,
        libc::SYS_name_to_handle_at,
        libc::SYS_open_by_handle_at,
        libc::SYS_inotify_init1,
        libc::SYS_fanotify_init,
        // Network
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        // Programs and other processes
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_kill,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_unshare,
        libc::SYS_setns,
        // The kernel's own surface
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_io_uring_setup,
        libc::SYS_userfaultfd,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
    ];
    #[cfg(target_arch = "x86_64")]
    calls.extend([
        libc::SYS_open,
        libc::SYS_creat,
        libc::SYS_unlink,
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_link,
        libc::SYS_symlink,
        libc::SYS_mkdir,
        libc::SYS_mknod,
        libc::SYS_chmod,
        libc::SYS_chown,
        libc::SYS_fork,
        libc::SYS_vfork,
    ]);
    calls
}

#[cfg(not(target_os = "linux"))]
fn filter_system_calls() -> Result<(), String> {
    Err("system calls are not filtered on this system".to_owned())
}
