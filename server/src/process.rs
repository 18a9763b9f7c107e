//! What the operating system says of this process. Where there is no `/proc`, nothing.

use std::fs;

/// In octets.
pub fn resident_octets() -> Option<u64> {
    resident_of(&fs::read_to_string("/proc/self/status").ok()?)
}

fn resident_of(status: &str) -> Option<u64> {
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix("kB")?;
    kib.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// How many file descriptors are open.
pub fn open_files() -> Option<usize> {
    // One of them is that of the folder itself.
    fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::resident_of;

    #[test]
    fn the_resident_memory_is_read() {
        assert_eq!(resident_of("Name:\tkalends\nVmHWM:\t  9000 kB\nVmRSS:\t    8192 kB\n"), Some(8192 * 1024));
        assert_eq!(resident_of("Name:\tkalends\n"), None);
    }
}
