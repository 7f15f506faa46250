"""The site's own pages: what stands in the footer, and how machines ask whether it is well."""
