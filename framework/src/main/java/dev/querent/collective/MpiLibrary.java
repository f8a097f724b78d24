package dev.querent.collective;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.nio.Buffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** An MPI library, found on the machine and called through JNA. */
final class MpiLibrary {

    private static final List<String> OPEN_MPI = List.of("libmpi.so.40");
    private static final List<String> MPICH = List.of("libmpi.so.12", "libmpich.so.12"); // and its relatives

    private static final int SEGMENTATION_FAULT = 11;
    private static final int GLOBAL = 0x101; // RTLD_LAZY | RTLD_GLOBAL: plugins of MPI look its symbols up
    private static final int SERIALIZED = 2; // MPI_THREAD_SERIALIZED in both families
    private static final int MULTIPLE = 3;
    private static final int LONGEST_TEXT = 8192;

    private static final long NOT_WAITING = -1;

    private final NativeLibrary library;
    private final MpiAbi abi;
    private final AtomicLong waitingSince = new AtomicLong(NOT_WAITING);
    private final AtomicLong longestWait = new AtomicLong();

    private MpiLibrary(NativeLibrary library) {
        this.library = library;
        abi = MpiAbi.of(library);
    }

    /**
     * Loads and initialises MPI.
     *
     * @param mpichFirst whether MPICH's family is looked for before Open MPI
     * @throws MpiException where there is none, or it can't be trusted in a JVM
     */
    static MpiLibrary start(boolean mpichFirst) {
        // UCX would replace the JVM's handler of SIGSEGV, and the next null check of compiled code would end the
        // process (openucx/ucx issue 3337). It reads this when it is loaded.
        NativeLibrary.getProcess().getFunction("setenv").invokeInt(new Object[] {"UCX_ERROR_SIGNALS", "", 0});
        MpiLibrary mpi = new MpiLibrary(load(mpichFirst));
        IntByReference level = new IntByReference();
        mpi.call("MPI_Init_thread", Pointer.NULL, Pointer.NULL, MULTIPLE, level);
        mpi.call("MPI_Comm_set_errhandler", mpi.abi.world(), mpi.abi.errorsReturn());
        if (level.getValue() < SERIALIZED) {
            throw new MpiException("this MPI library allows calls from one thread only (MPI_Init_thread gave level "
                    + level.getValue() + ", expected at least 2): use a build with thread support");
        }
        requireSignalsOfJvm();
        return mpi;
    }

    private static NativeLibrary load(boolean mpichFirst) {
        List<String> names = Stream.of(mpichFirst ? MPICH : OPEN_MPI, mpichFirst ? OPEN_MPI : MPICH)
                .flatMap(List::stream)
                .toList();
        for (String name : names) {
            try {
                return NativeLibrary.getInstance(name, Map.of(Library.OPTION_OPEN_FLAGS, GLOBAL));
            } catch (UnsatisfiedLinkError e) {
                // the next one
            }
        }
        throw new MpiException(
                "this process was started by an MPI launcher, but no MPI library is on this machine: looked"
                        + " for " + String.join(", ", names)
                        + ". Install one (Debian: openmpi-bin) or put its folder on"
                        + " LD_LIBRARY_PATH");
    }

    /** Null checks of compiled code are SIGSEGVs that the JVM turns into exceptions. */
    private static void requireSignalsOfJvm() {
        try (Memory action = new Memory(256);
                Memory info = new Memory(64)) {
            action.clear();
            info.clear();
            NativeLibrary process = NativeLibrary.getProcess();
            process.getFunction("sigaction").invokeInt(new Object[] {SEGMENTATION_FAULT, Pointer.NULL, action});
            Pointer handler = action.getPointer(0);
            process.getFunction("dladdr").invokeInt(new Object[] {handler, info});
            Pointer file = info.getPointer(0);
            String owner = file == null ? "nobody known" : file.getString(0);
            if (!owner.contains("libjvm")) {
                throw new MpiException("the MPI library has taken the JVM's handler of SIGSEGV (it is " + owner
                        + "'s now), and the JVM would crash: set UCX_ERROR_SIGNALS to nothing in the launcher, as in"
                        + " mpirun -x UCX_ERROR_SIGNALS=");
            }
        }
    }

    MpiAbi abi() {
        return abi;
    }

    /**
     * Calls a function of MPI.
     *
     * @throws MpiException where it returns an error
     */
    void call(String name, Object... arguments) {
        long begun = System.nanoTime();
        waitingSince.set(begun);
        int code = library.getFunction(name).invokeInt(arguments);
        waitingSince.set(NOT_WAITING);
        longestWait.accumulateAndGet(System.nanoTime() - begun, Math::max);
        if (code != 0) {
            throw new MpiException(name + ": " + message(code));
        }
    }

    /**
     * Whether a call has been waiting for much longer than any before.
     *
     * @param least nanoseconds that it may take in any case
     */
    boolean waitsTooLong(long least) {
        long since = waitingSince.get();
        return since != NOT_WAITING && System.nanoTime() - since > Math.max(least, 3 * longestWait.get());
    }

    private String message(int code) {
        try (Memory text = new Memory(LONGEST_TEXT)) {
            Function describe = library.getFunction("MPI_Error_string");
            int failed = describe.invokeInt(new Object[] {code, text, new IntByReference()});
            return failed == 0 ? text.getString(0) : "error " + code;
        }
    }

    int number(String function) {
        IntByReference value = new IntByReference();
        call(function, abi.world(), value);
        return value.getValue();
    }

    /** The library's name and version, a line. */
    String version() {
        try (Memory text = new Memory(LONGEST_TEXT)) {
            call("MPI_Get_library_version", text, new IntByReference());
            return text.getString(0).lines().findFirst().orElse("MPI");
        }
    }

    /** Where a direct buffer's bytes are. */
    static Pointer address(Buffer direct) {
        return Native.getDirectBufferPointer(direct);
    }
}
