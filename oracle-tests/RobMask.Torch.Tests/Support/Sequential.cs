using Xunit;

// TorchSharp hands a Scalar's native handle to libtorch without keeping the Scalar alive: a garbage collection that another
// thread sets off during the call frees it («Unknown scalar type»). One test at a time, no other thread allocates.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
