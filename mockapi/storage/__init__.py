"""Files: cassettes on disk and their cache, the writer that adds to them, the project's configuration.

No HTTP, no sessions. What is read here is hostile input: it is opened as a regular file only, bounded
in size, and parsed by the safe loader.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.storage._betas import read_betas
    from mockapi.storage._cache import cache_folder
    from mockapi.storage._files import SUFFIXES, find, folders, iter_texts, read_text, write_atomically
    from mockapi.storage._play_report import ReportedRecording, read_played, write_play_report
    from mockapi.storage._project import (
        Project,
        expired,
        old_recordings,
        project_table,
        read_project,
        working_project,
    )
    from mockapi.storage._reader import CassetteReader
    from mockapi.storage._schema_line import (
        SCHEMA_NAME,
        cassette_schema,
        make_folder,
        with_schema_line,
    )
    from mockapi.storage._script_files import ScriptFiles
    from mockapi.storage._writer import GIT_ATTRIBUTES, CassetteFile, Elsewhere, locked

__all__ = [
    "GIT_ATTRIBUTES",
    "SCHEMA_NAME",
    "SUFFIXES",
    "CassetteFile",
    "CassetteReader",
    "Elsewhere",
    "Project",
    "ReportedRecording",
    "ScriptFiles",
    "cache_folder",
    "cassette_schema",
    "expired",
    "find",
    "folders",
    "iter_texts",
    "locked",
    "make_folder",
    "old_recordings",
    "project_table",
    "read_betas",
    "read_played",
    "read_project",
    "read_text",
    "with_schema_line",
    "working_project",
    "write_atomically",
    "write_play_report",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_betas": "read_betas",
        "_files": "SUFFIXES find folders iter_texts read_text write_atomically",
        "_play_report": "ReportedRecording read_played write_play_report",
        "_project": "Project expired old_recordings project_table read_project working_project",
        "_cache": "cache_folder",
        "_reader": "CassetteReader",
        "_schema_line": "SCHEMA_NAME cassette_schema make_folder with_schema_line",
        "_script_files": "ScriptFiles",
        "_writer": "GIT_ATTRIBUTES CassetteFile Elsewhere locked",
    },
)
