# There are no sockets here: the tests of the library put their own in place of this module.
