# The lit suite over test/**/*.mlir and *.test; see lit.site.cfg.py.in.
import os

import lit.formats

config.name = "sinter"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["unit", "e2e", "bench", "fuzz", "Inputs"]
config.environment["PATH"] = os.pathsep.join(
    [config.sinter_tools_dir, config.llvm_tools_dir,
     config.environment.get("PATH", "")])
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

shared = os.environ.get("SINTER_SHARED") or config.sinter_shared
config.substitutions += [("%shared", shared),
                         ("%source", config.sinter_source_dir),
                         ("%build", config.sinter_build_dir),
                         ("%python", config.sinter_python)]

# // REQUIRES: shared, avx2, avx512, python; // UNSUPPORTED: sanitize
with open("/proc/cpuinfo") as file:
    flags = next((line.split() for line in file if line.startswith("flags")),
                 [])
present = {
    "shared": os.path.isdir(os.path.join(shared, "models")),
    "python": os.path.exists(config.sinter_python),
    "sanitize": config.sinter_sanitize == "ON",
    "avx2": {"avx2", "fma", "f16c", "bmi2"} <= set(flags),
    "avx512": {"avx512f", "avx512bw", "avx512vl", "avx512dq"} <= set(flags),
}
config.available_features.update(name for name in present if present[name])
