"""The explorer: the page's maps, linked. Its JavaScript modules, and the data that they show."""

from pipeline.report.explorer.bundle import script
from pipeline.report.explorer.data import Contents, gather
