# SPDX-License-Identifier: Apache-2.0
"""Boathouse from Python: save a frame in one line, get any version of it back exactly as it was."""

from boathouse._profile import Profile, ProfileDiff
from boathouse.client import NOW, Client, RejectedRowsWarning
from boathouse.errors import (AuthenticationError, BoathouseError, ConflictError, FrameError, InvalidError, LimitError, NotFoundError,
                              PermissionDeniedError, ServerError, TooLargeError, UnreachableError)
from boathouse.flows import Flow
from boathouse.legacy import DataFrameClient
from boathouse.results import Diff, Saved, Table, Version

__version__ = "0.1.0"

__all__ = ["NOW", "AuthenticationError", "BoathouseError", "Client", "ConflictError", "DataFrameClient", "Diff", "Flow", "FrameError", "InvalidError",
           "LimitError", "NotFoundError", "PermissionDeniedError", "Profile", "ProfileDiff", "RejectedRowsWarning", "Saved", "ServerError", "Table", "TooLargeError",
           "UnreachableError", "Version"]
