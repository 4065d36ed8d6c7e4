"""Where network, dataset and rules meet: keys, the store, the worker, and what pages may ask.

opening     what the person asked for, and what is known of it already
plan        which columns, in which order, under which keys
store       columns and records on disk, by key
worker      the one process that computes; supervisor: the server's end of it
session     the read-only face that pages use; selection: sets of samples by name
pairs       the pairs of a process, each a session; pair: one of them; choices: what else could be opened
export      everything as files, without a server
"""
