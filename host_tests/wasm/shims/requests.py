# There are no sockets here: the tests of the library only import what would use this module.
