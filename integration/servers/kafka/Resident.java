import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

/**
 * Kafka's own tools without the second of CPU that each start of a JVM costs: `Resident PORT` takes a class and its
 * arguments, each ended by a zero and all by an empty one, and answers with what `main` wrote to stdout, a zero, what
 * it wrote to stderr, a zero, and its exit code.
 */
public final class Resident {
    private static final ThreadLocal<OutputStream> OUT = new ThreadLocal<>();
    private static final ThreadLocal<OutputStream> ERR = new ThreadLocal<>();
    private static final ThreadLocal<Integer> CODE = new ThreadLocal<>();

    public static void main(String[] args) throws IOException {
        Exit.setExitProcedure((code, message) -> end(code));
        Exit.setHaltProcedure((code, message) -> end(code));
        System.setOut(routed(OUT, System.out));
        System.setErr(routed(ERR, System.err));
        int port = Integer.parseInt(args[0]);
        try (ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"))) {
            while (true) {
                Socket socket = server.accept();
                new Thread(() -> serve(socket)).start();
            }
        }
    }

    /** Where a tool would end the JVM. Some catch what is thrown here: nothing that they say or do after it counts. */
    private static void end(int code) {
        if (CODE.get() == null) {
            CODE.set(code);
            OUT.set(OutputStream.nullOutputStream());
            ERR.set(OutputStream.nullOutputStream());
        }
        throw new Error("ended");
    }

    private static void serve(Socket socket) {
        try (socket) {
            List<String> words = words(new DataInputStream(socket.getInputStream()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            OUT.set(out);
            ERR.set(err);
            run(words.remove(0), words.toArray(new String[0]));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.writeBytes(out.toByteArray());
            answer.write(0);
            answer.writeBytes(err.toByteArray());
            answer.write(0);
            answer.writeBytes((CODE.get() + "\n").getBytes());
            answer.writeTo(socket.getOutputStream());
        } catch (IOException gone) {
            // Nobody waits for the answer.
        }
    }

    private static List<String> words(DataInputStream in) throws IOException {
        List<String> words = new ArrayList<>();
        while (true) {
            ByteArrayOutputStream word = new ByteArrayOutputStream();
            for (byte next = in.readByte(); next != 0; next = in.readByte()) {
                word.write(next);
            }
            if (word.size() == 0) {
                return words;
            }
            words.add(word.toString("UTF-8"));
        }
    }

    private static void run(String name, String[] args) {
        int code = 0;
        try {
            Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (ReflectiveOperationException thrown) {
            Throwable cause = thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
            cause.printStackTrace();
            code = 1;
        }
        if (CODE.get() == null) {
            CODE.set(code);
        }
    }

    /** What a thread of ours writes goes to its own client. */
    private static PrintStream routed(ThreadLocal<OutputStream> own, PrintStream other) {
        return new PrintStream(new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                OutputStream to = own.get();
                (to == null ? other : to).write(bytes, offset, length);
            }
        }, true);
    }
}
