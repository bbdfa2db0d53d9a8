"""How every file is read and written, and where it lies. No other module spells a path below artifacts/ or reports/.

Each file or folder is written in a scratch folder and renamed into place when it is complete, so a killed stage leaves either the
former result or none.
"""

from pipeline.artifacts.forecasts import add_record, load_forecast, load_records, load_sizes, save_forecast
from pipeline.artifacts.formats import digest
from pipeline.artifacts.inputs import (
    is_of_dataset,
    load_arrays,
    load_dataset,
    load_encoder,
    load_history,
    load_intrinsic_dimension,
    load_robustness,
    load_space,
    load_space_layers,
    load_table,
    save_dataset,
    save_encoder,
    save_intrinsic_dimension,
    save_space,
    scratch,
)
from pipeline.artifacts.maps import (
    has_map,
    load_map,
    load_map_layers,
    load_null_map,
    load_remaining,
    load_subsampling,
    save_map,
    save_null_map,
    save_remaining,
    save_subsampling,
)
from pipeline.artifacts.paths import leftovers, lock, stages
from pipeline.artifacts.results import (
    load_code_size_sweep,
    load_evaluation,
    load_registration,
    load_timing,
    page,
    save_code_size_sweep,
    save_evaluation,
    save_metrics,
    save_plots,
    save_report,
    save_timing,
)
from pipeline.artifacts.revisions import load_figures, load_run
