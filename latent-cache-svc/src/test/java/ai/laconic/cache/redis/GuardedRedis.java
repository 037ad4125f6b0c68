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
  /** As docs/operations.md has it. */
  static final String USER = "user laconic on >open-sesame ~laconic:v2:* " + RedisRights.COMMANDS;

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
            USER);
  }

  @Override
  public RedisSettings settings() {
    return settings(Optional.of(certificate));
  }

  RedisSettings settings(Optional<TestCertificate> known) {
    return new RedisSettings(
        "rediss://laconic:open-sesame@" + RedisProcess.HOST + ":" + tlsPort,
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
