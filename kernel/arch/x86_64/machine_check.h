// The machine-check architecture (Intel SDM 3B 15): errors are reported, and said clearly before the kernel stops.
#pragma once

namespace martlet {

void machine_check_init_cpu();
/// Logs what the error banks hold; for the panic that follows.
void report_machine_check();

} // namespace martlet
