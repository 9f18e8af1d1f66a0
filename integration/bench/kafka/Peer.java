// What a careful person would write instead: one program over Kafka's own AdminClient, every kind of thing in one call.
//
//   Peer PROPERTIES PREFIX TOPICS WARM
//
// Looks, creates TOPICS topics, 5 users and 20 ACLs, and waits until they are there. Prints the seconds that took. With
// WARM=true the same work is done on other names before, so that the JVM has compiled what it will.
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

public final class Peer {
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        try (var file = new java.io.FileInputStream(args[0])) {
            settings.load(file);
        }
        settings.put("bootstrap.servers", "kafka-1:19092");
        String prefix = args[1];
        int topics = Integer.parseInt(args[2]);
        if (Boolean.parseBoolean(args[3])) {
            for (int turn = 0; turn < 5; turn++) {
                try (Admin admin = Admin.create(settings)) {
                    create(admin, prefix + "-warm" + turn, topics);
                }
            }
            // The brokers are still busy with that.
            Thread.sleep(2000);
        }
        long began = System.nanoTime();
        try (Admin admin = Admin.create(settings)) {
            create(admin, prefix, topics);
        }
        System.out.printf("%.3f%n", (System.nanoTime() - began) / 1e9);
    }

    private static List<String> names(String prefix, int topics) {
        return IntStream.range(0, topics).mapToObj(number -> prefix + "-" + number).collect(Collectors.toList());
    }

    /** As kafka-init does: look first, then make, then look until everything is there. */
    private static void create(Admin admin, String prefix, int topics) throws Exception {
        admin.describeCluster().nodes().get();
        List<String> names = names(prefix, topics);
        admin.listTopics().names().get();
        admin.describeUserScramCredentials().all().get();
        admin.describeAcls(AclBindingFilter.ANY).values().get();
        admin.createTopics(names.stream().map(name -> new NewTopic(name, 3, (short) 3)).toList()).all().get();
        List<UserScramCredentialAlteration> users = new ArrayList<>();
        for (int user = 0; user < 5; user++) {
            users.add(new UserScramCredentialUpsertion(
                prefix + "-" + user, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "bench-password"));
        }
        admin.alterUserScramCredentials(users).all().get();
        List<AclBinding> acls = new ArrayList<>();
        for (int acl = 0; acl < 20; acl++) {
            acls.add(new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, prefix + "-" + acl, PatternType.LITERAL),
                new AccessControlEntry("User:" + prefix + "-" + acl % 5, "*", AclOperation.READ, AclPermissionType.ALLOW)));
        }
        admin.createAcls(acls).all().get();
        while (!isServed(admin, names)) {
            Thread.sleep(5);
        }
        admin.describeAcls(AclBindingFilter.ANY).values().get();
    }

    private static boolean isServed(Admin admin, List<String> names) {
        try {
            return admin.describeTopics(names).allTopicNames().get().values().stream()
                .allMatch(topic -> topic.partitions().stream().allMatch(partition -> partition.leader() != null));
        } catch (Exception notYet) {
            return false;
        }
    }
}
