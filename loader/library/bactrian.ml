module Loader = Bactrian__Loader
module Interfaces = Bactrian__Interfaces
module Memory = Bactrian__Memory
