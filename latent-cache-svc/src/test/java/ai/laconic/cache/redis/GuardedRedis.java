package ai.laconic.cache.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.util.FileSystemUtils;

/** A Redis that is reached by TLS only, as a user who may do no more than the service needs. */
final class GuardedRedis implements RedisDeployment {
  static final String CREDENTIALS = "laconic:open-sesame";

  private static final Path DOCUMENTED = Path.of("../docs/operations.md");

  private final Path directory = Files.createTempDirectory("certificates");
  private final TestCertificate certificate;
  private final int tlsPort = RedisProcess.freePort();
  private final RunningRedis redis;

  GuardedRedis() throws IOException, GeneralSecurityException, InterruptedException {
    certificate = TestCertificate.make(directory);
    redis =
        RunningRedis.embedded(
            "tls-port " + tlsPort,
            "tls-cert-file " + certificate.certificate(),
            "tls-key-file " + certificate.key(),
            "tls-ca-cert-file " + certificate.certificate(),
            "tls-auth-clients no",
            user());
  }

  /** Returns the user that docs/operations.md advises, with a password. */
  static String user() throws IOException {
    return Files.readAllLines(DOCUMENTED).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("user laconic "))
        .findFirst()
        .orElseThrow()
        .replace("PASSWORD", "open-sesame");
  }

  @Override
  public RedisSettings settings() {
    return settings(Optional.of(certificate));
  }

  RedisSettings settings(Optional<TestCertificate> known) {
    return new RedisSettings(
        "rediss://" + CREDENTIALS + "@" + RedisProcess.HOST + ":" + tlsPort,
        false,
        Duration.ofSeconds(10),
        2,
        0,
        known.map(TestCertificate::trust));
  }

  @Override
  public List<RunningRedis> masters() {
    return List.of(redis);
  }

  @Override
  public void close() throws IOException {
    redis.close();
    FileSystemUtils.deleteRecursively(directory);
  }
}
