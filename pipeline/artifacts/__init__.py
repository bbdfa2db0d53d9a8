"""How every file is read and written, and where it lies. No other module spells a path below artifacts/ or reports/.

Each file or folder is written whole in a scratch folder and then renamed into place, so a killed stage leaves
either the former result or none.
"""

from pipeline.artifacts.forecasts import add_record, load_forecast, load_records, load_sizes, save_forecast
from pipeline.artifacts.formats import digest
from pipeline.artifacts.inputs import is_of_dataset, load_arrays, load_dataset, load_encoder, load_history, load_space, load_space_layers, load_table, load_trials, save_dataset, save_encoder, save_space, scratch
from pipeline.artifacts.maps import is_drawn, load_drawn, load_map, load_map_layers, load_others, load_redrawn, load_structureless, save_map, save_others, save_redrawn, save_structureless
from pipeline.artifacts.paths import alone, cells, leftovers
from pipeline.artifacts.results import load_advice, load_evaluation, load_registration, load_timing, page, save_advice, save_evaluation, save_metrics, save_plots, save_report, save_timing
from pipeline.artifacts.revisions import load_figures, load_run

__all__ = [
    "add_record",
    "alone",
    "cells",
    "digest",
    "is_drawn",
    "is_of_dataset",
    "leftovers",
    "load_advice",
    "load_arrays",
    "load_dataset",
    "load_drawn",
    "load_encoder",
    "load_evaluation",
    "load_figures",
    "load_forecast",
    "load_history",
    "load_map",
    "load_map_layers",
    "load_others",
    "load_records",
    "load_redrawn",
    "load_registration",
    "load_run",
    "load_sizes",
    "load_space",
    "load_space_layers",
    "load_structureless",
    "load_table",
    "load_timing",
    "load_trials",
    "page",
    "save_advice",
    "save_dataset",
    "save_encoder",
    "save_evaluation",
    "save_forecast",
    "save_map",
    "save_metrics",
    "save_others",
    "save_plots",
    "save_redrawn",
    "save_report",
    "save_space",
    "save_structureless",
    "save_timing",
    "scratch",
]
