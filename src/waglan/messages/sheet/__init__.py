"""Manifests as sheets: CSV and XLSX read into rows of cells, rows into papers, and templates."""
