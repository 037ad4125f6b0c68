package ai.laconic.cache.disk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory that belongs to one process until it is closed. A file in it says which layout its
 * files have.
 */
final class DataDirectory implements AutoCloseable {
  private static final String LAYOUT = "laconic cache, layout 1";
  private static final String LAYOUT_PREFIX = "laconic cache, layout ";
  private static final String LAYOUT_FILE = "layout";
  private static final String LOCK_FILE = "lock";

  /** The layout file while it is being written. */
  private static final String STARTED_FILE = "layout.new";

  /** What a process that died at once may have left. */
  private static final Set<String> OWN_FILES = Set.of(LOCK_FILE, STARTED_FILE);

  /**
   * A system's locks are between processes, and closing any channel of a file may give them up:
   * within this process a directory is opened once.
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Opens a directory of this layout, or makes an empty one into that. */
  static DataDirectory open(Path wanted) throws DataDirectoryException {
    try {
      Path path = create(wanted);
      if (!OPEN.add(path)) {
        throw inUse(path);
      }
      try {
        return new DataDirectory(path, lock(path)).checked();
      } catch (IOException | DataDirectoryException | RuntimeException failure) {
        OPEN.remove(path);
        throw failure;
      }
    } catch (IOException failure) {
      throw new DataDirectoryException(
          wanted, reason(failure), "one that this user may read and write", failure);
    }
  }

  Path file(String name) {
    return path.resolve(name);
  }

  Path path() {
    return path;
  }

  /** Closed twice, it must not give up what somebody else has opened since. */
  @Override
  public synchronized void close() throws IOException {
    if (lock.isOpen()) {
      lock.close();
      OPEN.remove(path);
    }
  }

  private static Path create(Path wanted) throws IOException {
    Path path = wanted.toAbsolutePath().normalize();
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path);
    }
    return path.toRealPath();
  }

  private static FileChannel lock(Path path) throws IOException, DataDirectoryException {
    FileChannel channel = FileChannel.open(path.resolve(LOCK_FILE), CREATE, WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw inUse(path);
    }
    return channel;
  }

  private static DataDirectoryException inUse(Path path) {
    return new DataDirectoryException(
        path, "in use by another process", "one directory for each cache that runs");
  }

  private DataDirectory checked() throws IOException, DataDirectoryException {
    try {
      checkLayout();
      return this;
    } catch (IOException | DataDirectoryException | RuntimeException failure) {
      lock.close();
      throw failure;
    }
  }

  private void checkLayout() throws IOException, DataDirectoryException {
    Path file = path.resolve(LAYOUT_FILE);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      refuseOthersFiles();
      keepFromOthers();
      Path started = path.resolve(STARTED_FILE);
      Files.writeString(started, LAYOUT + "\n", CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
      Files.move(started, file, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    // Whatever it holds can be shown.
    String found = new String(Files.readAllBytes(file), ISO_8859_1).strip();
    if (found.equals(LAYOUT)) {
      return;
    }
    throw new DataDirectoryException(
        path,
        "its file \"layout\" says \"" + shown(found) + "\"",
        found.startsWith(LAYOUT_PREFIX)
            ? "\"" + LAYOUT + "\"; a newer version of Laconic wrote it"
            : "\"" + LAYOUT + "\"");
  }

  private static String shown(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= 80 ? printable : printable.substring(0, 80) + "...";
  }

  private void refuseOthersFiles() throws IOException, DataDirectoryException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        if (!OWN_FILES.contains(file.getFileName().toString())) {
          throw new DataDirectoryException(
              path,
              "holds \"" + file.getFileName() + "\" and no file \"layout\"",
              "an empty directory, or one that holds a cache");
        }
      }
    }
  }

  /** Once: whoever opens it up to others later means it. */
  private void keepFromOthers() throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static String reason(IOException failure) {
    if (failure instanceof AccessDeniedException denied) {
      return "no access to " + denied.getFile();
    }
    if (failure instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is a file";
    }
    return String.valueOf(failure.getMessage());
  }
}
