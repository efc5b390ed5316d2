"""Files before the build reads them: landed from tables, held against manifests."""
