// A Kafka-compatible server that is not Kafka, for what such servers answer otherwise: kfake, on one port, under one name.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

const port = "9092"

// A listener on every address that tells its clients a name.
type named struct {
	net.Listener
	name string
}

type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }

func (n named) Addr() net.Addr { return address(net.JoinHostPort(n.name, port)) }

func main() {
	name, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	options := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ListenFn(func(network, _ string) (net.Listener, error) {
			listener, err := net.Listen(network, ":"+port)
			return named{listener, name}, err
		}),
	}
	if password := os.Getenv("PASSWORD"); password != "" {
		options = append(options, kfake.EnableSASL(), kfake.Superuser("PLAIN", "admin", password))
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		log.Fatal(err)
	}
	defer cluster.Close()
	fmt.Println("ready")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}
