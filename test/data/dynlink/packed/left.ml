let half = Sys.opaque_identity 21
