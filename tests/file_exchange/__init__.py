"""Shops kept by files: reading reports, telling orders, templates, folders, totals of days."""
