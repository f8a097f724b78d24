package dev.querent.collective;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * What MPI's constants are in one family of libraries: the standard fixes their names, not their values.
 *
 * @param world the communicator of all processes
 * @param inPlace stands for a send buffer that is the receive buffer
 * @param errorsReturn the error handler that returns codes instead of ending the process
 * @param noStatus stands for a status that nobody reads
 */
record MpiAbi(
        Object world,
        Object float32,
        Object float64,
        Object int64,
        Object bytes,
        Object sum,
        Object max,
        Object inPlace,
        Object errorsReturn,
        Object noStatus) {

    private static final String OPEN_MPI_ONLY = "ompi_mpi_comm_world";

    /** The values of a loaded library. */
    static MpiAbi of(NativeLibrary library) {
        return isOpenMpi(library) ? openMpi(library) : mpich();
    }

    private static boolean isOpenMpi(NativeLibrary library) {
        try {
            library.getGlobalVariableAddress(OPEN_MPI_ONLY);
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    /** Open MPI's handles are addresses of its global variables (mpi.h of 4.1; 5 keeps them). */
    private static MpiAbi openMpi(NativeLibrary library) {
        return new MpiAbi(
                library.getGlobalVariableAddress(OPEN_MPI_ONLY),
                library.getGlobalVariableAddress("ompi_mpi_float"),
                library.getGlobalVariableAddress("ompi_mpi_double"),
                library.getGlobalVariableAddress("ompi_mpi_int64_t"),
                library.getGlobalVariableAddress("ompi_mpi_byte"),
                library.getGlobalVariableAddress("ompi_mpi_op_sum"),
                library.getGlobalVariableAddress("ompi_mpi_op_max"),
                Pointer.createConstant(1),
                library.getGlobalVariableAddress("ompi_mpi_errors_return"),
                Pointer.createConstant(0));
    }

    /** MPICH's handles are numbers, the same in all libraries of its ABI initiative (mpi.h of 4.0). */
    private static MpiAbi mpich() {
        return new MpiAbi(
                0x44000000,
                0x4c00040a,
                0x4c00080b,
                0x4c00083a,
                0x4c00010d,
                0x58000003,
                0x58000001,
                Pointer.createConstant(-1L),
                0x54000001,
                Pointer.createConstant(1));
    }
}
