"""The archive of one tenant: a zip of JSON lines per table, files, a manifest with hashes, and the tenant's keys.

format     what is in it and how values are written
tables     which tables and rows travel, in which order
reading    the rows of a tenant as one moment saw them
writing    making an archive
opening    looking an archive through before anything of it is believed
passphrase the tenant's keys under a passphrase
arrival    bringing a tenant in
"""
