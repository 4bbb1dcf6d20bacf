"""The agriculture office's pages (``/so``): one file and one door a subject."""
