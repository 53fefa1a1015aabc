"""Sphinx: the pages of the Python package, every example executed."""

import topicmill

project = "topicmill"
author = "the topicmill authors"
copyright = author
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "sphinx_gallery.gen_gallery"]
html_theme = "alabaster"
html_theme_options = {"description": topicmill.__doc__, "fixed_sidebar": True}
exclude_patterns = ["examples"]
templates_path = []
autosummary_generate = False
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/[a-z].*\.py$",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "min_reported_time": 0,
    "show_memory": False,
    "remove_config_comments": True,
}
