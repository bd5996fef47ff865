//! The table that the demo ends with.

use super::story::Story;

pub(super) fn render(story: &Story) -> String {
    let unit = if story.counted { "program instructions" } else { "program cycles" };
    let mut text = format!(
        "\n boot   to program   {unit:>20}   vs boot 1   interp/O0/O1/O2/O3   compiled   restored    \
         snapshot   real time\n"
    );
    let first = story.boots.first().and_then(|boot| boot.program_cycles).unwrap_or(0);
    for boot in &story.boots {
        let cycles = boot.program_cycles.unwrap_or(0);
        let levels = boot.levels.unwrap_or_default();
        let levels =
            format!("{}/{}/{}/{}/{}", levels.interp, levels.o0, levels.o1, levels.o2, levels.o3);
        text += &format!(
            "{:>5}   {:>7.1} ms   {cycles:>20}   {:>8.2}x   {levels:>18}   {:>8}   {:>8}   {:>5} \
             KiB   {:>7.1} s\n",
            boot.boot.unwrap_or(0),
            boot.guest_us.map_or(0.0, |times| times.to_program as f64 / 1e3),
            first as f64 / cycles.max(1) as f64,
            boot.compiles.unwrap_or(0),
            boot.restored.unwrap_or(0),
            boot.snapshot.as_ref().map_or(0, |snapshot| snapshot.bytes.div_ceil(1024)),
            boot.wall_us as f64 / 1e6,
        );
    }
    if story.counted {
        text += "The machines are emulated and counted: an instruction is a nanosecond of theirs. So what \
                 the programs\ntake is the same on every run to one in a thousand, however busy this host is; the time to them \
                 also waits for its disk.\n";
    }
    text += &format!(
        "\ngrown: {} bytes ({}modules, C library, {}newest snapshot)\nshrunk: {} bytes, {:.0} \
         times smaller\noutput, exit status and results: {}{}\npage: {}\nlook through it: {}",
        story.grown_bytes,
        if story.hosted { "" } else { "loader, kernel, " },
        if story.llvm { "LLVM, " } else { "" },
        story.shrunk_bytes,
        story.grown_bytes as f64 / story.shrunk_bytes.max(1) as f64,
        if story.same { "equal" } else { "DIFFERENT" },
        if story.hosted { " in every boot (hosted; the shrunk image was not booted)" } else { "" },
        story.page.display(),
        story.explore.display(),
    );
    text
}
